package io.tourbillon.coroutine;

/** Prints why a scheduler with a decorator is refused. */
final class RefusedDecoratorProgram {
  private RefusedDecoratorProgram() {}

  public static void main(String[] args) {
    try (CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .engine(TestSchedulers.ENGINE)
            .decorator((_, body) -> body)
            .build()) {
      System.out.println(scheduler + " was not refused");
    } catch (UnsupportedOperationException refused) {
      System.out.println(refused.getMessage());
    }
  }
}
