package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onAwait;
import static io.tourbillon.coroutine.channel.Select.onJoin;
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
            new Wait("select of a join", () -> Select.select(onJoin(self(), v -> v))),
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
                "select of the future", () -> Select.select(onAwait(self().toFuture(), v -> v))))
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
