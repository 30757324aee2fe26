"""Other people's files: road networks, tables, depth rasters; read as they are, checked at the door."""
