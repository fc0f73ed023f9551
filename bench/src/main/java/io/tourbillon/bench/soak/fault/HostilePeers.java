package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Peers of a server on coroutines that reset their connections in the midst, do not read what they
 * asked for, send nothing, or end half of the connection. Between them are some that are well, and
 * get back every byte.
 */
final class HostilePeers implements Disturbance {
  private static final int PEERS = 4;
  private static final int MESSAGE_BYTES = 32 * 1024;
  private static final int MANY = 64;
  private static final int STALL_MILLIS = 100;
  private static final int PATIENCE_MILLIS = 20_000;

  private final AtomicLong well = new AtomicLong();

  @Override
  public void disturb(Scene scene) throws IOException, InterruptedException {
    well.set(0);
    Peers server = new Peers(scene);
    try {
      List<Thread> peers = new ArrayList<>();
      for (int number = 0; number < PEERS; number++) {
        SplittableRandom random = scene.random().split();
        peers.add(
            Thread.ofPlatform()
                .daemon()
                .name("soak-peer")
                .start(() -> connectAgainAndAgain(scene, server.address(), random)));
      }
      for (Thread peer : peers) {
        peer.join();
      }
    } finally {
      server.end();
    }
    scene.count("connections that were well", well.get());
  }

  private void connectAgainAndAgain(
      Scene scene, InetSocketAddress server, SplittableRandom random) {
    while (scene.goesOn()) {
      int kind = random.nextInt(5);
      try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        switch (kind) {
          case 0 -> reset(socket);
          case 1 -> stall(socket);
          case 2 -> Thread.sleep(random.nextInt(STALL_MILLIS)); // It sends nothing.
          case 3 -> {
            socket.getOutputStream().write(new byte[MESSAGE_BYTES]);
            socket.shutdownOutput();
            requireAll(scene, socket.getInputStream(), new byte[MESSAGE_BYTES]);
          }
          default -> {
            byte[] message = new byte[MESSAGE_BYTES];
            random.nextBytes(message);
            socket.getOutputStream().write(message);
            requireAll(scene, socket.getInputStream(), message);
          }
        }
      } catch (IOException failure) {
        // The server may lose patience with some, but not with these.
        if (kind >= 3) {
          scene.breaches().add("a peer that is well is served", failure);
        }
      } catch (InterruptedException never) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void reset(Socket socket) throws IOException {
    socket.getOutputStream().write(new byte[MESSAGE_BYTES]);
    // A close sends a reset then.
    socket.setSoLinger(true, 0);
  }

  /** Until the buffers between the two are full. */
  private static void stall(Socket socket) throws IOException, InterruptedException {
    socket.setSoTimeout(STALL_MILLIS);
    for (int number = 0; number < MANY; number++) {
      socket.getOutputStream().write(new byte[MESSAGE_BYTES]);
    }
    Thread.sleep(STALL_MILLIS);
  }

  private void requireAll(Scene scene, InputStream in, byte[] message) throws IOException {
    byte[] back = in.readNBytes(message.length);
    if (Arrays.equals(back, message)) {
      well.incrementAndGet();
    } else {
      scene
          .breaches()
          .add("no byte is lost", back.length + " bytes came back, of " + message.length);
    }
  }
}
