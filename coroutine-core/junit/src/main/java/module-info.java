/**
 * An extension of JUnit Jupiter for tests of code that uses timers and coroutines.
 *
 * <p>Start with {@link io.tourbillon.junit.TourbillonExtension}.
 */
module io.tourbillon.junit {
  exports io.tourbillon.junit;

  requires transitive io.tourbillon.coroutine;
  requires transitive org.junit.jupiter.api;
  // Annotations that public signatures bear.
  requires static transitive org.jspecify;

  provides org.junit.jupiter.api.extension.Extension with
      io.tourbillon.junit.TourbillonExtension;
}
