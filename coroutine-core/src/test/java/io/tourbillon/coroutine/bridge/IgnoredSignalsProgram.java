package io.tourbillon.coroutine.bridge;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

/** Starts with HUP, INT and USR1 ignored, and prints which signals it can receive. */
final class IgnoredSignalsProgram {
  private IgnoredSignalsProgram() {}

  public static void main(String[] arguments) throws Exception {
    say("open: " + refusal(() -> OsSignals.open("TERM", "HUP", "INT")));
    say("dump: " + refusal(() -> DumpSignal.open("HUP", List.of(), text -> {})));
    try (OsSignals signals = OsSignals.openUnlessIgnored("HUP", "TERM", "INT")) {
      say("taken: " + signals.names());
      SignalledProgram.kill("HUP");
      SignalledProgram.kill("TERM");
      say("gets " + signals.await());
    }
    try (OsSignals signals = OsSignals.open("USR1")) {
      SignalledProgram.kill("USR1");
      say("gets " + signals.await());
    }
    try (OsSignals signals = OsSignals.openUnlessIgnored("INT")) {
      say("of ignored ones alone: " + signals.names());
    }
    // Ignored before and after.
    SignalledProgram.kill("HUP");
    SignalledProgram.kill("INT");
    SignalledProgram.kill("USR1");
    say("at the end");
    SignalledProgram.kill("TERM");
    Thread.sleep(30_000);
    say("and is still there");
  }

  private static String refusal(Runnable opening) {
    return assertThrows(IllegalStateException.class, opening::run).getMessage();
  }

  private static void say(String what) {
    System.out.println(what);
  }
}
