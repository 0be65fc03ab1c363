"""What people say to the work asked of them: answers, signatures, edits, what they note by hand."""
