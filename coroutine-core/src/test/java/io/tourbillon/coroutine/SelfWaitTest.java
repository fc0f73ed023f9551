package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.channel.Select;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A coroutine that waited for itself would wait for ever. */
class SelfWaitTest {
  record Wait(String name, Action attempt) {}

  private static Coroutine<?> self() {
    return Coroutines.current();
  }

  @TestFactory
  Stream<DynamicTest> waitForItself_isRefused() {
    return Stream.of(
            new Wait("join", () -> self().join()),
            new Wait("join, with a limit", () -> self().join(PATIENCE)),
            new Wait("awaitAll", () -> Coroutine.awaitAll(List.of(self()))),
            new Wait("awaitAny", () -> Coroutine.awaitAny(List.of(self()))),
            new Wait("await of the future", () -> Coroutines.await(self().toFuture())),
            new Wait("select of a join", () -> new Select<Object>().onJoin(self(), v -> v).await()),
            new Wait(
                "join by its blocking call",
                () -> {
                  Coroutine<?> self = self();
                  Coroutines.blocking(() -> self.join());
                }),
            new Wait(
                "close by its blocking call",
                () -> {
                  CoroutineScheduler own = Coroutines.scheduler();
                  Coroutines.blocking(
                      () -> {
                        own.close();
                        return "";
                      });
                }),
            new Wait(
                "select of the future",
                () -> new Select<Object>().onAwait(self().toFuture(), v -> v).await()))
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.name,
                    () -> {
                      CoroutineScheduler scheduler = TestSchedulers.oneLoop();
                      try {
                        scheduler
                            .spawn(
                                () -> {
                                  assertThrows(IllegalStateException.class, each.attempt::run);
                                })
                            .join(PATIENCE);
                      } finally {
                        scheduler.close(Duration.ZERO);
                      }
                    }));
  }
}
