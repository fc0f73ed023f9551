package io.tourbillon.junit;

import java.lang.annotation.Annotation;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Annotations of a test, of its class and of the classes around that. */
final class Annotations {
  private Annotations() {}

  /** Returns the annotation that stands nearest to the test; empty if there is none. */
  static <A extends Annotation> Optional<A> nearest(ExtensionContext context, Class<A> type) {
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      Optional<A> found = AnnotationSupport.findAnnotation(at.get().getElement(), type);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * Returns whether the test may leave something behind.
   *
   * @throws ExtensionConfigurationException if no reason is given for that
   */
  static boolean leaksAreAllowed(ExtensionContext context) {
    Optional<LeaksAllowed> allowed = nearest(context, LeaksAllowed.class);
    if (allowed.isPresent() && allowed.get().value().isBlank()) {
      throw new ExtensionConfigurationException(
          "@LeaksAllowed must give a reason: " + context.getDisplayName());
    }
    return allowed.isPresent();
  }
}
