"""What tests share and are not tests themselves."""
