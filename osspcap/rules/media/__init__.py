"""Media objects that players cannot play, or not well: rules MED001 and up."""
