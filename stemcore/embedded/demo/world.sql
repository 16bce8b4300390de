-- A small school: one teacher, one assistant, ten students, one class with a published blueprint,
-- four quizzes of the last weeks with what the students answered, and chats, one of them empty.
-- Materials are ingested by the service itself. Runs once, as the platform.

INSERT INTO auth.users (id, email, is_anonymous, raw_user_meta_data) VALUES
  ('d0000000-0000-4000-8000-000000000001', 'rivera@school.example', false,
   '{"account_type": "teacher", "display_name": "Ana Rivera"}'),
  ('d0000000-0000-4000-8000-000000000002', 'okafor@school.example', false,
   '{"account_type": "teacher", "display_name": "Chidi Okafor"}'),
  ('d0000000-0000-4000-8000-000000000003', 'lindqvist@school.example', false,
   '{"account_type": "student", "display_name": "Maja Lindqvist"}'),
  ('d0000000-0000-4000-8000-000000000004', 'tanaka@school.example', false,
   '{"account_type": "student", "display_name": "Ren Tanaka"}'),
  ('d0000000-0000-4000-8000-000000000005', 'nwosu@school.example', false,
   '{"account_type": "student", "display_name": "Amara Nwosu"}'),
  ('d0000000-0000-4000-8000-000000000006', 'novak@school.example', false,
   '{"account_type": "student", "display_name": "Tomas Novak"}'),
  ('d0000000-0000-4000-8000-000000000007', 'haddad@school.example', false,
   '{"account_type": "student", "display_name": "Leila Haddad"}'),
  ('d0000000-0000-4000-8000-000000000008', 'berg@school.example', false,
   '{"account_type": "student", "display_name": "Jonas Berg"}'),
  ('d0000000-0000-4000-8000-000000000009', 'raman@school.example', false,
   '{"account_type": "student", "display_name": "Priya Raman"}'),
  ('d0000000-0000-4000-8000-000000000010', 'fuentes@school.example', false,
   '{"account_type": "student", "display_name": "Diego Fuentes"}'),
  ('d0000000-0000-4000-8000-000000000011', 'kowalska@school.example', false,
   '{"account_type": "student", "display_name": "Hanna Kowalska"}'),
  ('d0000000-0000-4000-8000-000000000012', 'weiss@school.example', false,
   '{"account_type": "student", "display_name": "Noah Weiss"}');

INSERT INTO public.classes (id, owner_id, title, description, subject, level, join_code) VALUES
  ('dc000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001',
   'Cell energetics', 'How cells capture, move and spend energy.', 'Biology', 'Grade 11', 'CELL42');

INSERT INTO public.enrollments (class_id, user_id, role, joined_at)
SELECT 'dc000000-0000-4000-8000-000000000001', id,
       CASE right(id::text, 12)::int WHEN 1 THEN 'teacher' WHEN 2 THEN 'ta' ELSE 'student' END
         ::public.enrollment_role,
       now() - interval '40 days' + right(id::text, 12)::int * interval '1 minute'
  FROM auth.users WHERE id::text LIKE 'd0000000-0000-4000-8000-%';

-- An uploaded file that nobody has had processed yet.
INSERT INTO public.materials (id, class_id, uploaded_by, title, storage_path, mime_type) VALUES
  ('d3000000-0000-4000-8000-000000000001', 'dc000000-0000-4000-8000-000000000001',
   'd0000000-0000-4000-8000-000000000001', 'Fermentation', 'cell-energetics/fermentation.pdf',
   'application/pdf');
INSERT INTO storage.objects (bucket_id, name) VALUES
  ('materials', 'cell-energetics/fermentation.pdf');

INSERT INTO public.class_chat_sessions (id, class_id, owner_user_id, title) VALUES
  ('d5000000-0000-4000-8000-000000000001', 'dc000000-0000-4000-8000-000000000001',
   'd0000000-0000-4000-8000-000000000003', 'Questions about energy'),
  ('d5000000-0000-4000-8000-00000000000a', 'dc000000-0000-4000-8000-000000000001',
   'd0000000-0000-4000-8000-000000000003', 'Questions of last term');

INSERT INTO public.blueprints
  (class_id, version, status, summary, created_by, published_by, published_at, content_json)
VALUES
  ('dc000000-0000-4000-8000-000000000001', 1, 'published',
   'From light to sugar to ATP: photosynthesis, enzymes and cellular respiration.',
   'd0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', now(),
   $blueprint$
{
  "schemaVersion": "v2",
  "summary": "From light to sugar to ATP: photosynthesis, enzymes and cellular respiration.",
  "assumptions": ["Students know the parts of a cell and can balance simple equations."],
  "uncertaintyNotes": ["The materials do not treat C4 and CAM plants."],
  "qualityRubric": null,
  "topics": [
    {
      "key": "photosynthesis",
      "title": "Photosynthesis",
      "description": "How chloroplasts turn light, water and carbon dioxide into sugar.",
      "section": "Capturing energy",
      "sequence": 1,
      "prerequisites": [],
      "objectives": [
        {"statement": "Explain what the light reactions make and where.", "level": "understand",
         "masteryCriteria": null, "misconceptionAddressed": null, "evidence": []},
        {"statement": "Trace carbon through the Calvin cycle.", "level": "analyze",
         "masteryCriteria": null, "misconceptionAddressed": null, "evidence": []}
      ],
      "assessmentIdeas": ["Predict what happens to oxygen output when light is dimmed."],
      "misconceptionFlags": ["Oxygen comes from carbon dioxide."],
      "evidence": []
    },
    {
      "key": "enzyme-kinetics",
      "title": "Enzyme kinetics",
      "description": "How fast enzymes work, and what slows them.",
      "section": "Controlling reactions",
      "sequence": 2,
      "prerequisites": [],
      "objectives": [
        {"statement": "Read Km and Vmax from a rate curve.", "level": "apply",
         "masteryCriteria": null, "misconceptionAddressed": null, "evidence": []}
      ],
      "assessmentIdeas": ["Tell competitive from non-competitive inhibition by a plot."],
      "misconceptionFlags": ["Enzymes are used up by the reaction."],
      "evidence": []
    },
    {
      "key": "cellular-respiration",
      "title": "Cellular respiration",
      "description": "How cells turn sugar into ATP.",
      "section": "Spending energy",
      "sequence": 3,
      "prerequisites": ["photosynthesis", "enzyme-kinetics"],
      "objectives": [
        {"statement": "Account for the ATP made from one glucose.", "level": "evaluate",
         "masteryCriteria": null, "misconceptionAddressed": null, "evidence": []}
      ],
      "assessmentIdeas": ["Explain why muscles make lactate in a sprint."],
      "misconceptionFlags": ["Only animals respire."],
      "evidence": []
    }
  ]
}
$blueprint$);

-- Topics and objectives as the published blueprint has them.
INSERT INTO public.topics (id, blueprint_id, title, description, section, sequence)
SELECT ('d7000000-0000-4000-8000-' || lpad(topic ->> 'sequence', 12, '0'))::uuid, plan.id,
       topic ->> 'title', topic ->> 'description', topic ->> 'section', (topic ->> 'sequence')::int
  FROM public.blueprints plan, jsonb_array_elements(plan.content_json -> 'topics') topic
 WHERE plan.class_id = 'dc000000-0000-4000-8000-000000000001';

INSERT INTO public.objectives (topic_id, statement, level)
SELECT topic.id, goal ->> 'statement', goal ->> 'level'
  FROM public.blueprints plan
 CROSS JOIN jsonb_array_elements(plan.content_json -> 'topics') planned
  JOIN public.topics topic ON topic.blueprint_id = plan.id AND topic.title = planned ->> 'title'
 CROSS JOIN jsonb_array_elements(planned -> 'objectives') goal
 WHERE plan.class_id = 'dc000000-0000-4000-8000-000000000001';

-- Four quizzes, the first choice of each question being the right one.
CREATE TEMPORARY TABLE quiz ON COMMIT DROP AS
SELECT number, ('da000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid AS id,
       ('db000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid AS assignment_id,
       ('d7000000-0000-4000-8000-' || lpad(topic::text, 12, '0'))::uuid AS topic_id,
       title, now() - days * interval '1 day' AS given_at
  FROM (VALUES (1, 1, 'The light reactions', 28), (2, 1, 'The Calvin cycle', 21),
               (3, 2, 'Enzymes at work', 14), (4, 3, 'Sugar into ATP', 6))
    AS made (number, topic, title, days);

CREATE TEMPORARY TABLE question ON COMMIT DROP AS
SELECT quiz, place, asked, explanation, ARRAY[right_one, wrong_1, wrong_2, wrong_3] AS choices
  FROM (VALUES
  (1, 1, 'Where do the light reactions take place?', 'The photosystems sit in this membrane.',
   'In the thylakoid membrane', 'In the stroma', 'In the mitochondrial matrix', 'In the nucleus'),
  (1, 2, 'Which molecule does the released oxygen come from?',
   'The oxygen-evolving complex splits water.', 'Water', 'Carbon dioxide', 'Glucose', 'Nitrate'),
  (1, 3, 'What do the light reactions hand to the Calvin cycle?',
   'Energy and electrons travel in these two carriers.',
   'ATP and NADPH', 'ADP and NADP+', 'Glucose and oxygen', 'Pyruvate and NADH'),
  (1, 4, 'What drives ATP synthase in the chloroplast?',
   'Protons flow back through the enzyme.',
   'A proton gradient', 'The heat of the light', 'The diffusion of glucose', 'Rubisco'),
  (2, 1, 'Which enzyme fixes carbon dioxide?', 'It is the most abundant enzyme of leaves.',
   'Rubisco', 'ATP synthase', 'Hexokinase', 'Amylase'),
  (2, 2, 'To which molecule is carbon dioxide added?',
   'This sugar has five carbon atoms and two phosphates.',
   'Ribulose bisphosphate', 'Glyceraldehyde phosphate', 'Pyruvate', 'Oxaloacetate'),
  (2, 3, 'How many turns of the cycle fix the carbon of one glucose?',
   'Each turn fixes one carbon atom, and glucose has six.', 'Six', 'One', 'Two', 'Three'),
  (2, 4, 'Where does the Calvin cycle take place?', 'Its enzymes are dissolved there.',
   'In the stroma', 'In the thylakoid membrane', 'In the cytosol', 'In the vacuole'),
  (3, 1, 'At which substrate concentration is the rate half of Vmax?',
   'Put [S] = Km into v = Vmax [S] / (Km + [S]).', 'Km', 'Twice Km', 'Vmax', 'Half of Km'),
  (3, 2, 'What does a competitive inhibitor change?',
   'Enough substrate outdoes it, so the top rate is reached later but reached.',
   'Km seems larger, Vmax stays', 'Vmax falls, Km stays', 'Both fall', 'Neither'),
  (3, 3, 'What part of Vmax is the rate at a substrate concentration of 3 Km?',
   '3 Km / (Km + 3 Km) is three quarters.', '3/4', '1/3', '1/2', '3/5'),
  (3, 4, 'What becomes of an enzyme after a reaction?', 'A catalyst comes out as it went in.',
   'It takes the next substrate', 'It is used up', 'It turns into product', 'It is digested'),
  (4, 1, 'Where does glycolysis take place?', 'It needs no organelle.',
   'In the cytosol', 'In the mitochondrial matrix', 'In the stroma', 'In the nucleus'),
  (4, 2, 'What accepts the electrons at the end of the respiratory chain?',
   'It becomes water.', 'Oxygen', 'NAD+', 'Carbon dioxide', 'Pyruvate'),
  (4, 3, 'What do muscles make of pyruvate in a sprint?',
   'So NAD+ is won back without oxygen.', 'Lactate', 'Ethanol', 'Acetyl-CoA', 'Glucose'),
  (4, 4, 'Which of these cells respire?', 'All of them need ATP, in the light too.',
   'Plant, animal and fungal cells', 'Animal cells alone', 'Plant cells at night alone',
   'Muscle cells alone'))
    AS made (quiz, place, asked, explanation, right_one, wrong_1, wrong_2, wrong_3);

INSERT INTO public.activities
  (id, class_id, blueprint_id, topic_id, type, title, status, created_by, created_at)
SELECT quiz.id, plan.class_id, plan.id, quiz.topic_id, 'quiz', quiz.title, 'published',
       plan.created_by, quiz.given_at
  FROM quiz, public.blueprints plan
 WHERE plan.class_id = 'dc000000-0000-4000-8000-000000000001';

INSERT INTO public.quiz_questions
  (activity_id, question, choices, answer, explanation, order_index)
-- The right choice stands at another place in each question.
SELECT quiz.id, asked, to_jsonb(choices[1 + place % 4:] || choices[:place % 4]), choices[1],
       explanation, place - 1
  FROM question JOIN quiz ON quiz.number = question.quiz;

INSERT INTO public.assignments (id, class_id, activity_id, assigned_by, due_at, created_at)
SELECT assignment_id, 'dc000000-0000-4000-8000-000000000001', id,
       'd0000000-0000-4000-8000-000000000001', given_at + interval '6 days', given_at
  FROM quiz;

-- Who chose what: a digit a question, 1 for the right choice. A second attempt follows after a day.
CREATE TEMPORARY TABLE attempt ON COMMIT DROP AS
SELECT ('d0000000-0000-4000-8000-' || lpad(student::text, 12, '0'))::uuid AS student_id,
       quiz.number AS quiz, quiz.assignment_id, attempt,
       string_to_array(chosen, NULL)::int[] AS chosen,
       quiz.given_at + attempt * interval '1 day' + student * interval '47 minutes' AS sent_at
  FROM (VALUES
    (3, 1, 1, '1111'), (3, 2, 1, '1131'), (3, 3, 1, '1121'), (3, 4, 1, '1111'),
    (4, 1, 1, '1211'), (4, 1, 2, '1111'), (4, 2, 1, '1141'), (4, 3, 1, '1322'), (4, 4, 1, '1112'),
    (5, 1, 1, '1111'), (5, 2, 1, '1111'), (5, 3, 1, '1131'), (5, 4, 1, '1111'),
    (6, 1, 1, '1212'), (6, 2, 1, '1234'), (6, 3, 1, '4322'),
    (7, 1, 1, '1111'), (7, 2, 1, '1131'), (7, 3, 1, '1222'), (7, 3, 2, '1121'), (7, 4, 1, '1111'),
    (8, 1, 1, '3212'),
    (9, 1, 1, '1111'), (9, 2, 1, '1111'), (9, 3, 1, '1111'), (9, 4, 1, '1111'),
    (10, 1, 1, '1213'), (10, 2, 1, '1131'), (10, 3, 1, '2321'),
    (11, 1, 1, '1211'), (11, 2, 1, '1111'), (11, 3, 1, '1122'), (11, 4, 1, '1121'))
    AS made (student, number, attempt, chosen)
  JOIN quiz USING (number);

INSERT INTO public.assignment_recipients (assignment_id, student_id, status, assigned_at)
SELECT quiz.assignment_id, member.user_id,
       CASE WHEN NOT EXISTS (SELECT FROM attempt WHERE attempt.student_id = member.user_id
                                                   AND attempt.quiz = quiz.number) THEN 'assigned'
            WHEN quiz.number < 3 THEN 'reviewed' ELSE 'submitted' END,
       quiz.given_at
  FROM quiz, public.enrollments member
 WHERE member.class_id = 'dc000000-0000-4000-8000-000000000001' AND member.role = 'student';

INSERT INTO public.submissions (assignment_id, student_id, content, score, submitted_at)
SELECT assignment_id, student_id,
       jsonb_build_object(
         'mode', 'quiz_attempt', 'attemptNumber', attempt,
         'answers', (SELECT jsonb_agg(choices[chosen[place]] ORDER BY place)
                       FROM question WHERE question.quiz = attempt.quiz)),
       25 * cardinality(array_positions(chosen, 1)), sent_at
  FROM attempt;

-- What students asked, and what they were told.
CREATE TEMPORARY TABLE exchange ON COMMIT DROP AS
SELECT number, ('d0000000-0000-4000-8000-' || lpad(student::text, 12, '0'))::uuid AS student_id,
       ('d5000000-0000-4000-8000-' || lpad(student::text, 12, '0'))::uuid AS session_id,
       now() - days * interval '1 day' + number * interval '9 minutes' AS at, question, answer
  FROM (VALUES
    (1, 5, 27, 'Is it the water or the carbon dioxide that becomes oxygen?',
     'The water: the oxygen-evolving complex splits it.'),
    (2, 5, 20, 'Why is it called a cycle if sugar leaves it?',
     'Most of the sugar made is turned back into ribulose bisphosphate, which takes up more carbon.'),
    (3, 6, 19, 'What is RuBP for?',
     'Rubisco adds carbon dioxide to it. It has five carbon atoms.'),
    (4, 6, 13, 'Does an enzyme get used up?', 'No, it comes out of the reaction as it went in.'),
    (5, 7, 13, 'How do I read Km from the curve?',
     'Find the height of half of Vmax and read the substrate concentration below it.'),
    (6, 7, 12, 'And with a competitive inhibitor?',
     'Vmax is the same, but half of it is reached at a higher concentration.'),
    (7, 9, 12, 'Why does the rate stop rising with more substrate?',
     'All active sites are taken; the enzyme works at Vmax.'),
    (8, 10, 11, 'What is Vmax, the most substrate or the fastest rate?', 'The fastest rate.'),
    (9, 10, 11, 'So Km is a rate too?', 'No, Km is a concentration.'),
    (10, 11, 5, 'Do plants respire at night only?', 'No, they respire all day, too.'),
    (11, 7, 4, 'Where does the lactate go after a sprint?',
     'The liver makes glucose of it again, with ATP.'),
    (12, 11, 4, 'Is oxygen the last acceptor in photosynthesis too?',
     'No, there it is NADP+. Oxygen is the last acceptor of respiration.'))
    AS made (number, student, days, question, answer);

INSERT INTO public.class_chat_sessions (id, class_id, owner_user_id, title, last_message_at)
SELECT session_id, 'dc000000-0000-4000-8000-000000000001'::uuid, student_id, 'Before the quiz',
       max(at)
  FROM exchange GROUP BY session_id, student_id;

INSERT INTO public.class_chat_messages
  (session_id, class_id, author_user_id, author_kind, content, safety, created_at)
SELECT session_id, 'dc000000-0000-4000-8000-000000000001'::uuid, student_id,
       'student', question, NULL, at
  FROM exchange
UNION ALL
SELECT session_id, 'dc000000-0000-4000-8000-000000000001'::uuid, NULL, 'assistant', answer, 'ok',
       at + interval '4 seconds'
  FROM exchange;
