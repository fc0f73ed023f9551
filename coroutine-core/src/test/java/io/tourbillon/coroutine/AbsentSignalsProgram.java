package io.tourbillon.coroutine;

import io.tourbillon.coroutine.bridge.OsSignals;

/** Asks for a signal in a runtime without the module that has them. */
final class AbsentSignalsProgram {
  private AbsentSignalsProgram() {}

  public static void main(String[] arguments) throws Exception {
    try (OsSignals _ = OsSignals.open("USR1")) {
      System.out.println("open");
    } catch (UnsupportedOperationException refused) {
      System.out.println(refused.getMessage());
    }
    System.out.println(AbsentPartsProgram.report().split("[|]", -1)[3]);
  }
}
