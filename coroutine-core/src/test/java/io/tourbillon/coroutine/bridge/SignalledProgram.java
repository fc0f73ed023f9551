package io.tourbillon.coroutine.bridge;

import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onTimeout;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Select;
import java.io.IOException;
import java.time.Duration;

/** Kills itself, as others would, and prints how it reacts. */
final class SignalledProgram {
  private SignalledProgram() {}

  public static void main(String[] arguments) throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      try (OsSignals signals = OsSignals.open("TERM", "HUP")) {
        Coroutine<String> waiter = scheduler.spawn(() -> signals.await());
        kill("TERM");
        say("a coroutine gets " + waiter.join());
        kill("HUP");
        say("a thread gets " + signals.await());
        kill("HUP");
        say(
            "a select gets "
                + Select.select(
                    onReceive(signals.source(), name -> name),
                    onTimeout(Duration.ofSeconds(30), () -> "nothing")));
      }
      closeBeforeReceiving();
      reopenInTheWrongOrder();
      say("at the end");
      kill("TERM");
      Thread.sleep(30_000);
      say("and is still there");
    }
  }

  private static void closeBeforeReceiving() throws Exception {
    OsSignals signals = OsSignals.open("HUP");
    kill("HUP");
    while (signals.source().size() == 0) {
      Thread.sleep(1);
    }
    signals.close();
    say("after the close there is still " + signals.await());
  }

  private static void reopenInTheWrongOrder() throws Exception {
    OsSignals first = OsSignals.open("TERM");
    OsSignals second = OsSignals.open("TERM");
    first.close();
    kill("TERM");
    say("the second gets " + second.await());
    second.close();
  }

  private static void say(String what) {
    System.out.println(what);
  }

  static void kill(String name) throws IOException, InterruptedException {
    String pid = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
  }
}
