package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** gRPC's deadlines, of calls in one process. */
class GrpcTest extends AdoptionTest {
  @ParameterizedTest
  @EnumSource
  void deadline_fires_ifThereIsNoAnswer(Subject subject) throws Exception {
    try (EchoService echo = new EchoService(open(subject))) {
      long startNanos = System.nanoTime();
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  echo.call(
                      EchoService.SILENCE,
                      CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS)));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
      assertElapsed(Duration.ofMillis(300), startNanos);
      await(() -> echo.cancelled() == 1, () -> "the server must learn of it");
    }
  }

  @ParameterizedTest
  @EnumSource
  void deadline_isCancelled_byTheAnswer(Subject subject) throws Exception {
    TimeSource source = open(subject);
    try (EchoService echo = new EchoService(source)) {
      for (int i = 0; i < 1000; i++) {
        String answer =
            echo.call("hello " + i, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS));
        assertEquals("hello " + i, answer);
      }
      // The channel has a timer that makes it idle after half an hour without a call.
      await(() -> source.pending() <= 1, () -> "pending: " + source.pending());
    }
  }

  @ParameterizedTest
  @EnumSource
  void deadline_thatIsOver_failsTheCallAtOnce(Subject subject) throws Exception {
    try (EchoService echo = new EchoService(open(subject))) {
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () -> echo.call("late", CallOptions.DEFAULT.withDeadlineAfter(-1, TimeUnit.SECONDS)));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
    }
  }
}
