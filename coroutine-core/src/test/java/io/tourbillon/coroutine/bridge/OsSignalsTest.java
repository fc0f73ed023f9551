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
