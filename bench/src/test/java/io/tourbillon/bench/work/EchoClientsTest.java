package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.host.LineProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EchoClientsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ANSWERS = 5;

  /** A server for one client, which changes a byte of the message after some right ones. */
  private static void serve(ServerSocket server) {
    try (Socket client = server.accept()) {
      for (int answer = 0; answer <= ANSWERS; answer++) {
        byte[] message = client.getInputStream().readNBytes(64);
        message[63] += (byte) (answer / ANSWERS);
        client.getOutputStream().write(message);
      }
      int _ = client.getInputStream().read();
    } catch (IOException gone) {
      // The client has ended.
    }
  }

  @Test
  void clients_ofAServerThatChangesAByte_fail() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread serving = Thread.ofVirtual().start(() -> serve(server));
      try (LineProcess clients = LineProcess.start(EchoClients.command(server.getLocalPort(), 1))) {
        LineProcess.EndedException ended =
            assertThrows(LineProcess.EndedException.class, () -> clients.receive(PATIENCE));
        assertTrue(
            ended.getMessage().contains("the server has changed a message"), ended.getMessage());
      }
      serving.join();
    }
  }

  @Test
  void clients_countWhatCameBack() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      try (LineProcess clients = LineProcess.start(EchoClients.command(server.getLocalPort(), 1))) {
        try (Socket client = server.accept()) {
          for (int answer = 0; answer < ANSWERS; answer++) {
            client.getOutputStream().write(client.getInputStream().readNBytes(64));
          }
          int _ = client.getInputStream().read(); // The next one: so all have been counted.
          clients.send("?");
          assertEquals(String.valueOf(ANSWERS), clients.receive(PATIENCE));
        }
      }
    }
  }
}
