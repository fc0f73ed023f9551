package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ComputationTest {
  @Test
  void requireResult_pieceThatIsLeftOut_isRefused() {
    long state = Computation.SEED;
    for (int piece = 1; piece < Computation.PIECES; piece++) {
      state = Computation.piece(state);
    }
    long allButOne = state;
    assertThrows(IllegalStateException.class, () -> Computation.requireResult(allButOne));
    assertDoesNotThrow(() -> Computation.requireResult(Computation.piece(allButOne)));
  }
}
