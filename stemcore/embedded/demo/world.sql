-- A small school: one teacher, one assistant, two students, one class with a published blueprint
-- and an empty chat. Materials are ingested by the service itself. Runs once, as the platform.

INSERT INTO auth.users (id, email, is_anonymous, raw_user_meta_data) VALUES
  ('d0000000-0000-4000-8000-000000000001', 'rivera@school.example', false,
   '{"account_type": "teacher", "display_name": "Ana Rivera"}'),
  ('d0000000-0000-4000-8000-000000000002', 'okafor@school.example', false,
   '{"account_type": "teacher", "display_name": "Chidi Okafor"}'),
  ('d0000000-0000-4000-8000-000000000003', 'lindqvist@school.example', false,
   '{"account_type": "student", "display_name": "Maja Lindqvist"}'),
  ('d0000000-0000-4000-8000-000000000004', 'tanaka@school.example', false,
   '{"account_type": "student", "display_name": "Ren Tanaka"}');

INSERT INTO public.classes (id, owner_id, title, description, subject, level, join_code) VALUES
  ('dc000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001',
   'Cell energetics', 'How cells capture, move and spend energy.', 'Biology', 'Grade 11', 'CELL42');

INSERT INTO public.enrollments (class_id, user_id, role) VALUES
  ('dc000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'teacher'),
  ('dc000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000002', 'ta'),
  ('dc000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000003', 'student'),
  ('dc000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000004', 'student');

INSERT INTO public.class_chat_sessions (id, class_id, owner_user_id, title) VALUES
  ('d5000000-0000-4000-8000-000000000001', 'dc000000-0000-4000-8000-000000000001',
   'd0000000-0000-4000-8000-000000000003', 'Questions about energy');

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
