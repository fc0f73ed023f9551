package io.tourbillon.coroutine.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.FreshJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A peer whose network is gone: nothing comes from it, not even an end. Needs Linux, and the right
 * to make a network namespace, which containers may lack.
 */
@Tag("long")
@Tag("programs")
@Timeout(120)
class VanishedPeerTest {
  @Test
  void calls_endByALimitOrByProbes_andWhatWasWrittenArrivesWhenTheNetworkIsBack() throws Exception {
    String said = new FreshJvm(VanishedPeerProgram.class).withANetworkOfItsOwn().run();
    assertEquals(
        """
        read: TimeoutException
        write: TimeoutException
        probed: IOException
        late
        """,
        said);
  }
}
