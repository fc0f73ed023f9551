package io.tourbillon.coroutine.bridge;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.FreshJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DumpSignalTest {
  @Test
  void signal_toAProcessThatHangs_showsWhy() throws Exception {
    String errors = new FreshJvm(DumpedProgram.class).run();
    assertTrue(errors.contains(" hung with 3 coroutines on 2 loops, "), errors);
    assertTrue(
        errors.contains(
                "\ndeadlock: a waits for b (locking right, held by b);"
                    + " b waits for a (locking left, held by a)\n")
            || errors.contains(
                "\ndeadlock: b waits for a (locking left, held by a);"
                    + " a waits for b (locking right, held by b)\n"),
        errors);
    assertTrue(errors.contains("\nholder of a loop "), errors);
  }

  @Test
  void signalThatCanNotBeHad_isRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> DumpSignal.open("KILL", List.of(), text -> {}));
  }

  @Test
  void close_endsItsThread() {
    DumpSignal dumps = DumpSignal.open("USR1", List.of(), text -> {});
    dumps.close();
    dumps.close();
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("coroutine-dumps"))) {
      Thread.onSpinWait();
    }
  }
}
