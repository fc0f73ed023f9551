package io.tourbillon.coroutine.net;

import static io.tourbillon.coroutine.net.Ends.bytes;
import static io.tourbillon.coroutine.net.Ends.readString;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.net.TcpTest.Pair;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/**
 * Takes the network away from both ends of some connections, which do not hear of it, and says how
 * their calls end. The network is the loopback device of a namespace of its own.
 */
final class VanishedPeerProgram {
  private static final Duration MOMENT = Duration.ofMillis(300);

  /** More than the buffers of a connection take. */
  private static final int MUCH = 64 << 20;

  private final CoroutineScheduler scheduler;

  private VanishedPeerProgram(CoroutineScheduler scheduler) {
    this.scheduler = scheduler;
  }

  public static void main(String[] args) {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      scheduler.spawn(() -> new VanishedPeerProgram(scheduler).run()).join();
    }
  }

  private void run() throws Exception {
    try (Pair silent = Pair.open();
        Pair probed = Pair.open();
        Pair full = Pair.open()) {
      probed.client().setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      probed.client().setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
      probed.client().setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
      probed.client().setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 2);
      setNetwork("down");
      Coroutine<?> reader = scheduler.spawn(() -> say("probed", () -> readByte(probed)));
      silent.server().write(bytes("late"));
      say("read", () -> Coroutines.withTimeout(MOMENT, () -> readByte(silent)));
      ByteBuffer much = ByteBuffer.allocate(MUCH);
      say("write", () -> Coroutines.withTimeout(MOMENT, () -> full.client().write(much)));
      reader.join();
      setNetwork("up");
      System.out.println(readString(silent.client(), 4));
    }
  }

  private static void readByte(Pair pair) throws IOException {
    int _ = pair.client().read(ByteBuffer.allocate(1));
  }

  private static void say(String what, Action call) {
    try {
      call.run();
      System.out.println(what + " returned");
    } catch (Exception failure) {
      System.out.println(what + ": " + failure.getClass().getSimpleName());
    }
  }

  private static void setNetwork(String state) throws IOException, InterruptedException {
    int status = new ProcessBuilder("ip", "link", "set", "lo", state).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException("the network cannot be set " + state);
    }
  }
}
