package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.console.OneLine;
import io.tourbillon.bench.host.Descriptors;
import io.tourbillon.bench.soak.round.Breaches;
import io.tourbillon.bench.soak.round.CheckedCoroutine;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.bench.soak.round.Stage;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.net.TcpConnection;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All file descriptors of the process are taken, but for a few, and given back, again and again.
 * Connections fail meanwhile, with an exception; afterwards every one is made.
 */
final class NoDescriptors implements Disturbance {
  private static final int MOST_LEFT = 4;
  private static final int FULL_MILLIS = 150;
  private static final int BETWEEN_MILLIS = 100;
  private static final Duration LIMIT = Duration.ofMillis(250);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final AtomicLong made = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  @Override
  public void disturb(Scene scene) throws IOException, InterruptedException {
    Stage stage = scene.stage();
    List<CheckedCoroutine> clients = new ArrayList<>();
    Peers server = new Peers(scene);
    try {
      SocketAddress address = server.address();
      rehearse(scene, address);
      while (scene.goesOn()) {
        Deque<FileInputStream> taken = take(scene.random().nextInt(MOST_LEFT + 1));
        try {
          long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FULL_MILLIS);
          while (System.nanoTime() - untilNanos < 0) {
            clients.add(
                stage.coroutines().spawn(stage.scheduler(), () -> tryToTalk(address, LIMIT)));
            scene.pause(5);
          }
        } finally {
          giveBack(taken);
        }
        scene.count("times without a descriptor", 1);
        scene.pause(BETWEEN_MILLIS);
      }
      // Those clients have limits. Then one that must get through.
      for (CheckedCoroutine client : clients) {
        scene.collect(client);
      }
      long before = made.get();
      CheckedCoroutine last =
          stage.coroutines().spawn(stage.scheduler(), () -> tryToTalk(address, PATIENCE));
      scene.collect(last);
      if (made.get() == before) {
        scene.breaches().add("connections are made once there are descriptors", "the last was not");
      }
    } finally {
      server.end();
    }
    scene.count("connections made", made.get());
    scene.count("connections refused", refused.get());
  }

  /** A class that is loaded from a folder takes a descriptor, so each is loaded before. */
  private void rehearse(Scene scene, SocketAddress address) throws InterruptedException {
    new Breaches().add("a rehearsal", OneLine.cause(new IOException("of breaches")));
    Stage stage = scene.stage();
    scene.collect(stage.coroutines().spawn(stage.scheduler(), () -> tryToTalk(address, PATIENCE)));
    scene.collect(
        stage.coroutines().spawn(stage.scheduler(), () -> tryToTalk(address, Duration.ZERO)));
  }

  private static Deque<FileInputStream> take(int left) throws IOException {
    Deque<FileInputStream> taken = new ArrayDeque<>();
    try {
      while (Descriptors.most() - Descriptors.open() > 0) {
        taken.push(new FileInputStream(Path.of("/dev/null").toFile()));
      }
    } catch (IOException none) {
      // That was the last.
    }
    for (int number = 0; number < left && !taken.isEmpty(); number++) {
      taken.pop().close();
    }
    return taken;
  }

  private static void giveBack(Deque<FileInputStream> taken) throws IOException {
    for (FileInputStream file : taken) {
      file.close();
    }
  }

  private void tryToTalk(SocketAddress address, Duration limit) {
    try {
      Coroutines.withTimeout(limit, () -> talk(address));
      made.incrementAndGet();
    } catch (IOException | TimeoutException noDescriptor) {
      refused.incrementAndGet();
    }
  }

  private static void talk(SocketAddress address) throws IOException {
    try (TcpConnection connection = TcpConnection.connect(address)) {
      connection.write(ByteBuffer.wrap(new byte[] {42}));
      ByteBuffer answer = ByteBuffer.allocate(1);
      if (connection.read(answer) < 1) {
        throw new IOException("the server has closed the connection");
      }
    }
  }
}
