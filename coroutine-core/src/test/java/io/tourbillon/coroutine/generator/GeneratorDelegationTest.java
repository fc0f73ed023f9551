package io.tourbillon.coroutine.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Dumps;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Delegation to other generators, as PEP 380 describes it. */
class GeneratorDelegationTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();
  private final List<Object> seen = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private record Tree(Tree left, int value, Tree right) {
    static Tree of(int from, int to) {
      int middle = (from + to) >>> 1;
      return from > to ? null : new Tree(of(from, middle - 1), middle, of(middle + 1, to));
    }
  }

  private static Generator<Integer> inOrder(Tree tree) {
    return Generator.of(
        out -> {
          if (tree != null) {
            out.yieldAll(inOrder(tree.left));
            out.yield(tree.value);
            out.yieldAll(inOrder(tree.right));
          }
        });
  }

  private TwoWayGenerator<String, String, String> inner() {
    return TwoWayGenerator.returning(
        out -> {
          try {
            String sent = out.yield("inner 1");
            sent += out.yield("inner 2");
            return sent;
          } catch (IllegalArgumentException caught) {
            seen.add(caught);
            out.yield("caught");
            return "recovered";
          } finally {
            seen.add("inner finally");
          }
        });
  }

  private TwoWayGenerator<String, String, String> outer() {
    TwoWayGenerator<String, String, String> inner = inner();
    return TwoWayGenerator.returning(
        scheduler,
        out -> {
          try {
            String result = out.yieldAll(inner);
            out.yield("inner has returned " + result);
            return "outer";
          } finally {
            seen.add("outer finally");
          }
        });
  }

  @Test
  void tree_isWalkedRecursively() {
    try (Generator<Integer> walk =
        Generator.of(scheduler, out -> out.yieldAll(inOrder(Tree.of(1, 100))))) {
      int expected = 1;
      for (int value : walk) {
        assertEquals(expected++, value);
      }
      assertEquals(101, expected);
    }
    Dumps.awaitNone(scheduler);
  }

  @Test
  void yieldAll_passesOnWhatIsSent_andReturnsTheResult() {
    try (TwoWayGenerator<String, String, String> outer = outer()) {
      assertEquals(new Step.Yielded<>("inner 1"), outer.next());
      assertEquals(new Step.Yielded<>("inner 2"), outer.send("a"));
      assertEquals(new Step.Yielded<>("inner has returned ab"), outer.send("b"));
      assertEquals(new Step.Ended<>("outer"), outer.next());
    }
  }

  @Test
  void yieldAll_passesOnWhatIsRaised() {
    IllegalArgumentException raised = new IllegalArgumentException("raised");
    try (TwoWayGenerator<String, String, String> outer = outer()) {
      outer.next();
      assertEquals(new Step.Yielded<>("caught"), outer.raise(raised));
      assertSame(raised, seen.getFirst());
      assertEquals(new Step.Yielded<>("inner has returned recovered"), outer.next());
    }
  }

  @Test
  void yieldAll_throwsWhatTheOtherDoes_asItIs() {
    try (TwoWayGenerator<String, String, Throwable> outer =
        TwoWayGenerator.returning(
            scheduler,
            out -> {
              try {
                return new AssertionError(out.yieldAll(inner()));
              } catch (UnsupportedOperationException passed) {
                return passed;
              }
            })) {
      outer.next();
      UnsupportedOperationException raised = new UnsupportedOperationException("raised");
      assertEquals(new Step.Ended<>(raised), outer.raise(raised));
    }
  }

  @Test
  void yieldAll_ofChecked_isWrappedOnce_howeverDeepItIs() {
    IOException raised = new IOException("raised");
    TwoWayGenerator<String, String, String> generator = inner();
    for (int depth = 0; depth < 5; depth++) {
      TwoWayGenerator<String, String, String> deeper = generator;
      generator = TwoWayGenerator.returning(scheduler, out -> out.yieldAll(deeper));
    }
    try (TwoWayGenerator<String, String, String> deep = generator) {
      deep.next();
      assertSame(
          raised, assertThrows(CompletionException.class, () -> deep.raise(raised)).getCause());
    }
  }

  @Test
  void close_closesTheInnermostFirst() {
    TwoWayGenerator<String, String, String> outer = outer();
    outer.next();
    outer.close();
    assertEquals(List.of("inner finally", "outer finally"), seen);
    Dumps.awaitNone(scheduler);
  }

  @Test
  void close_throwsWhatTheInnerThrowsThen() {
    Generator<Integer> broken =
        Generator.of(
            out -> {
              try {
                out.yield(1);
              } finally {
                out.yield(2);
                seen.add("not reached");
              }
            });
    Generator<Integer> outer = Generator.of(scheduler, out -> out.yieldAll(broken));
    outer.next();
    assertEquals(
        broken + " must not yield after it was closed: 2",
        assertThrows(CompletionException.class, outer::close).getCause().getMessage());
    Dumps.awaitNone(scheduler);
  }

  @Test
  void yieldEach_handsOutWhatAnyoneHas() {
    try (Generator<Integer> generator =
        Generator.of(
            scheduler,
            out -> {
              out.yieldEach(List.of(1, 2));
              out.yieldEach(List.of());
              out.yieldEach(List.of(3));
            })) {
      assertEquals(List.of(1, 2, 3), generator.stream().toList());
    }
  }
}
