"""What teachers learn about their class: snapshots of insights and briefs."""
