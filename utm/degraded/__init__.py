"""What people do while the centre cannot see or cannot serve: checklists, each step with who ticked it and when."""
