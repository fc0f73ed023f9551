package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class EchoKindTest {
  private static final int PATIENCE_MILLIS = 30_000;

  @ParameterizedTest
  @EnumSource
  void server_sendsBackWhatItReceives_onEachConnection(EchoKind kind) throws IOException {
    try (EchoSubject server = kind.open(2);
        Socket one = connect(server);
        Socket other = connect(server)) {
      assertComesBack("of one", one);
      assertComesBack("of the other", other);
      assertComesBack("of one again", one);
      one.shutdownOutput();
      assertEquals(-1, one.getInputStream().read());
    }
  }

  private static Socket connect(EchoSubject server) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  private static void assertComesBack(String message, Socket client) throws IOException {
    byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
    client.getOutputStream().write(bytes);
    assertArrayEquals(bytes, client.getInputStream().readNBytes(bytes.length));
  }
}
