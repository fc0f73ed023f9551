package io.tourbillon.bench.soak.load;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** The program of a worker, of which the second dies in the midst of the load. */
final class MortalWorker {
  private MortalWorker() {}

  public static void main(String[] args) throws Exception {
    if (!args[0].equals("1")) {
      SocketWorker.main(args);
      return;
    }
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("1");
    for (String answer : new String[] {"connected", "settled", "measuring"}) {
      String _ = orders.readLine();
      System.out.println(answer);
    }
    System.err.println("the disk is on fire");
    Runtime.getRuntime().halt(9);
  }
}
