"""What ``keraslint fix`` does to files, whatever the fixes are."""
