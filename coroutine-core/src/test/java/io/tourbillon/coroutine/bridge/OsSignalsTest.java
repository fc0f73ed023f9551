package io.tourbillon.coroutine.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.FreshJvm;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import org.junit.jupiter.api.Test;

class OsSignalsTest {
  private static final int KILLED_BY_TERM = 128 + 15;

  @Test
  void signals_comeToWhoWaits_andGoBackToTheJvm() throws Exception {
    assertEquals(
        String.join(
            System.lineSeparator(),
            "a coroutine gets TERM",
            "a thread gets HUP",
            "a select gets HUP",
            "after the close there is still HUP",
            "the second gets TERM",
            "at the end",
            ""),
        new FreshJvm(SignalledProgram.class).endingWith(KILLED_BY_TERM).run());
  }

  @Test
  void ignoredSignals_areRefusedOrLeftOut() throws Exception {
    assertEquals(
        String.join(
            System.lineSeparator(),
            "open: a signal must not be ignored by the process, as by nohup or in the background of"
                + " a script: HUP, INT",
            "dump: a signal must not be ignored by the process, as by nohup or in the background of"
                + " a script: HUP",
            "taken: [TERM]",
            "gets TERM",
            "gets USR1",
            "of ignored ones alone: []",
            "at the end",
            ""),
        new FreshJvm(IgnoredSignalsProgram.class)
            .ignoring("HUP", "INT", "USR1")
            .endingWith(KILLED_BY_TERM)
            .run());
  }

  @Test
  void open_underXrs_saysWhy() throws Exception {
    assertEquals(
        "HUP, INT and TERM need a JVM that was started without -Xrs: TERM" + System.lineSeparator(),
        new FreshJvm(XrsProgram.class).with("-Xrs").run());
  }

  /** Runs with -Xrs, so that the JVM leaves signals to the system. */
  static final class XrsProgram {
    private XrsProgram() {}

    public static void main(String[] arguments) {
      System.out.println(
          assertThrows(IllegalArgumentException.class, () -> OsSignals.open("TERM")).getMessage());
    }
  }

  @Test
  void open_ofWhatCanNotBeHad_isRefused_andTakesNothing() {
    for (String name : new String[] {"KILL", "QUIT", "NONSENSE"}) {
      assertEquals(
          "a signal must be one that the system has and the JVM does not need: " + name,
          assertThrows(IllegalArgumentException.class, () -> OsSignals.open("USR2", name))
              .getMessage());
    }
    assertThrows(IllegalArgumentException.class, OsSignals::open);
  }

  @Test
  void close_endsWhoWaits() {
    OsSignals signals = OsSignals.open("USR2");
    signals.close();
    signals.close();
    assertEquals(
        "signals USR2 is closed",
        assertThrows(ChannelClosedException.class, signals::await).getMessage());
  }
}
