"""From lesson sources to solved notebooks and the release for students."""
