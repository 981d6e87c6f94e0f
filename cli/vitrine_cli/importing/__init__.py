"""`vitrine import`: copying the images of a folder, a CSV file or another platform into a shop."""
