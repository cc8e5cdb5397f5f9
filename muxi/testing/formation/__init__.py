"""The emulated formation: one file a noun, with its routes; stores beside them."""
