"""What is said in public: statements, who signed them, and where they were published."""
