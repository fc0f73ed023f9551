package io.tourbillon.bench.work;

/** Chooses places in an order, without end. */
final class Victims {
  private final int places;
  private final boolean isRandom;
  private final Xorshift random;
  private int nextPlace;

  Victims(Order order, int places, long seed) {
    this.places = places;
    isRandom = order == Order.RANDOM;
    random = new Xorshift(seed);
  }

  int next() {
    if (isRandom) {
      return random.nextBelow(places);
    }
    int place = nextPlace;
    nextPlace = place + 1 == places ? 0 : place + 1;
    return place;
  }
}
