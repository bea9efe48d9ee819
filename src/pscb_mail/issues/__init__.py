"""From an editor's Markdown file to an edition: HTML, plain text, pictures, attachments."""
