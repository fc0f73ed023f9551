package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is near the end of a stack spawns, or nothing has happened; in each mode of the JVM. */
class SpawnOverflowTest {
  @ParameterizedTest
  @ValueSource(strings = {"-Xmixed", "-XX:TieredStopAtLevel=1", "-Xint"})
  void spawn_atEachDepth_leaksNothing(String mode) throws Exception {
    String said = new FreshJvm(SpawnOverflowProgram.class).with(mode).run();
    assertTrue(said.strip().endsWith("ok"), said);
  }
}
