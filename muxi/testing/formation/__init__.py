"""The emulated formation: one module for each noun with its routes, and their stores."""
