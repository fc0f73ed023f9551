package io.tourbillon.bench.soak.round;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
  @Test
  void values_thatAreLostOrDoubled_areBreaches() {
    Deliveries deliveries = new Deliveries(4);
    deliveries.sent(0);
    deliveries.arrived(0);
    deliveries.sent(1);
    deliveries.sent(2);
    deliveries.arrived(2);
    deliveries.arrived(2);
    deliveries.arrived(3);
    String promise = "no value is lost or doubled: value ";
    assertEquals(
        List.of(
            promise + "1 was sent 1 times, and arrived 0 times",
            promise + "2 was sent 1 times, and arrived 2 times",
            promise + "3 was sent 0 times, and arrived 1 times"),
        new ArrayList<>(deliveries.broken()));
  }
}
