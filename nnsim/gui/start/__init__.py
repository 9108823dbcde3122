"""First page, gallery, help and first hints."""
