package io.tourbillon.user;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Dumps;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In a separate package, as users are, because calls in our packages are skipped. */
class CreationSiteTest {
  private CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(1).recordCreationSites().build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static void sleep() {
    Coroutines.delay(Duration.ofHours(1));
  }

  private List<String> sites() {
    CoroutineDump dump = Dumps.answered(scheduler, 10);
    return dump.coroutines().stream()
        .map(each -> each.name() + " in " + each.createdAt().orElseThrow().getMethodName())
        .toList();
  }

  private void spawnHere(String name) {
    scheduler.spawn(SpawnOptions.named(name), CreationSiteTest::sleep);
  }

  @Test
  void site_isTheCallOfTheUser() {
    spawnHere("plain");
    List.of("by a stream of the JDK's").forEach(this::spawnHere);
    assertEquals(List.of("plain in spawnHere", "by a stream of the JDK's in spawnHere"), sites());
  }

  @Test
  void site_ofAChild_isThatOfItsSpawn() {
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.SUPERVISE)) {
      scope.spawn(CreationSiteTest::sleep);
      assertEquals(List.of("coroutine-1 in site_ofAChild_isThatOfItsSpawn"), sites());
    }
  }

  @Test
  void site_whenNobodyAsksForIt_isUnknown() {
    scheduler.close(Duration.ZERO);
    scheduler = TestSchedulers.oneLoop();
    spawnHere("plain");
    assertEquals(
        Optional.empty(), Dumps.answered(scheduler, 1).coroutines().getFirst().createdAt());
  }
}
