"""What can go wrong on OUR side of the sandbox; a learner's failing program is a RunResult, never an exception.

SandboxError
 ├── SandboxUnavailable   the engine is absent, vanished or refuses; the attempt is retried
 ├── ImageMissing         the image that the challenge names was never built on this host
 └── UnsupportedLimit     this backend cannot promise what the spec asks for

ConversationError         the learner's side of a conversation; the referee turns it into a verdict
 ├── ReplyTimedOut        no complete line before the deadline
 ├── ReplyTooLong         a line longer than the cap
 └── ConversationEnded    the process closed its output or exited
"""


class SandboxError(Exception):
    """A failure of the judge's own machinery."""


class SandboxUnavailable(SandboxError):
    """No engine answers; the message says what to install or start."""


class ImageMissing(SandboxError):
    """The named image is not on this host; the message names the command that builds it."""


class UnsupportedLimit(SandboxError):
    """The backend cannot keep a promise that the spec asks for."""


class WaitCancelled(SandboxError):
    """The owner withdrew the run while it waited for a GPU; nothing was started."""


class ConversationError(Exception):
    """The learner's process broke off a conversation."""


class ReplyTimedOut(ConversationError):
    """No complete line arrived before the deadline."""


class ReplyTooLong(ConversationError):
    """A line outgrew the cap on one message."""


class ConversationEnded(ConversationError):
    """The process closed its standard output or exited."""
