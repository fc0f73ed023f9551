package io.tourbillon.bench.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.bench.host.LineProcess.EndedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Talking to a program, and how its end shows. */
@Timeout(60)
class LineProcessTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static LineProcess shell(String script) throws Exception {
    return LineProcess.start(List.of("sh", "-c", script));
  }

  @Test
  void program_answersEachOrder() throws Exception {
    try (LineProcess program = shell("while read line; do echo \"heard $line\"; done")) {
      program.send("one");
      assertEquals("heard one", program.receive(SOON));
      program.send("two");
      assertEquals("heard two", program.receive(SOON));
      program.requireAlive();
    }
  }

  @Test
  void end_insteadOfAnAnswer_tellsExitCodeAndLastError() throws Exception {
    try (LineProcess program = shell("echo first >&2; echo 'no room' >&2; exit 3")) {
      EndedException ended = assertThrows(EndedException.class, () -> program.receive(SOON));
      assertEquals("it ended with exit code 3: no room", ended.getMessage());
    }
  }

  @Test
  void end_bySignal_isSeenByWhoeverAsks() throws Exception {
    try (LineProcess program = shell("kill -KILL $$")) {
      EndedException ended = assertThrows(EndedException.class, () -> program.receive(SOON));
      assertEquals("it ended with exit code 137", ended.getMessage());
      assertThrows(EndedException.class, program::requireAlive);
    }
  }

  @Test
  void silence_endsWithTheLimit() throws Exception {
    try (LineProcess program = shell("sleep 60")) {
      TimeoutException late =
          assertThrows(TimeoutException.class, () -> program.receive(Duration.ofMillis(20)));
      assertEquals("it gave no answer within 0 s", late.getMessage());
    }
  }

  @Test
  void close_endsTheProgramAndThoseThatItStarted() throws Exception {
    LineProcess program = shell("sleep 600 & echo $!; wait");
    long started = Long.parseLong(program.receive(SOON));
    program.close();
    assertFalse(ProcessHandle.of(program.pid()).map(ProcessHandle::isAlive).orElse(false));
    ProcessHandle.of(started).ifPresent(handle -> handle.onExit().join());
  }
}
