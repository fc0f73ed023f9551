package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Near the end of a stack, a spawn succeeds or has no effect, in each mode of the JVM. */
class SpawnOverflowTest {
  @ParameterizedTest
  @ValueSource(strings = {"-Xmixed", "-XX:TieredStopAtLevel=1", "-Xint"})
  void spawn_atEachDepth_leaksNothing(String mode) throws Exception {
    String said = new FreshJvm(SpawnOverflowProgram.class).with(mode).run();
    assertTrue(said.strip().endsWith("ok"), said);
  }
}
