"""What no person wrote: reports of what came back, complaints, automatic answers, pages of portals. Pure and total."""
