"""A mail server that takes mail from anybody, knows what it took, and fails as it is told."""

from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.support.working import free_port


class Sink:
    """What arrived: the address and Message-ID of each mail, in order. `answers` says how a step is answered."""

    def __init__(self):
        self.arrived, self.lines = [], 0
        self.answers = {}  # "MAIL", an address or "DATA": what is said instead of yes

    async def handle_MAIL(self, server, session, envelope, address, options):
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "DATA" in self.answers:
            return self.answers["DATA"]
        [line] = [line for line in envelope.content.splitlines() if line.startswith(b"Message-ID: ")]
        self.arrived.append((envelope.rcpt_tos[0], line.decode().partition(" ")[2]))
        return "250 OK"

    @property
    def ids(self):
        return [each for _, each in self.arrived]


@contextmanager
def serving(sink, port=None):
    """The sink behind a port of this machine; without it nobody answers there."""

    class Line(SMTP):
        def connection_made(self, transport):
            sink.lines += 1
            super().connection_made(transport)

        def connection_lost(self, error):
            sink.lines -= 1
            super().connection_lost(error)

    class Server(Controller):
        def factory(self):
            return Line(self.handler)

    server = Server(sink, hostname="127.0.0.1", port=port or free_port())
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
