package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Thread-locals that a coroutine sets belong to it, on each engine. */
class ThreadLocalsTest {
  @Test
  void threadLocals_areTheCoroutinesOwn() throws Exception {
    String said =
        new FreshJvm(ThreadLocalsProgram.class)
            .with("--add-opens", "java.base/java.lang=ALL-UNNAMED")
            .run();
    assertEquals("own", said.strip());
  }

  @Test
  @Tag("continuation")
  void threadLocals_withoutTheSecondFlag_areTheCoroutinesOwn() throws Exception {
    assertEquals("own", new FreshJvm(ThreadLocalsProgram.class).run().strip());
  }

  /** As documented, so that users do not rely on more. */
  @Test
  @Tag("continuation")
  void threadLocals_withoutTheFlag_andWithTheUnsafeWayForbidden_areTheLoops() throws Exception {
    assertEquals(
        "shared",
        new FreshJvm(ThreadLocalsProgram.class)
            .with("--sun-misc-unsafe-memory-access=deny")
            .run()
            .strip());
  }
}
