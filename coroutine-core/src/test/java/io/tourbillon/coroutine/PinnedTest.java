package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Suspensions below native frames and in class initialisers, where the stack is pinned. */
class PinnedTest {
  @Test
  void suspension_whereTheStackIsPinned_isRefusedOrHoldsOnToItsCarrier() throws Exception {
    String answer =
        TestSchedulers.ENGINE == Engine.HANDOFF || TestSchedulers.ENGINE == Engine.PLAIN_THREAD
            ? "well"
            : "a coroutine must not suspend below a native method or a class initialiser";
    assertEquals(
        List.of("native: " + answer, "initialiser: " + answer, "free: well"),
        new FreshJvm(PinnedSuspensions.class)
            .with("-Djdk.reflect.useNativeAccessorOnly=true", "-XX:TieredStopAtLevel=1")
            .run()
            .lines()
            .toList());
  }
}
