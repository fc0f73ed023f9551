package io.tourbillon.spring.autoconfigure;

import org.springframework.core.io.ResourceLoader;

/** Finds the class loader of the application. */
final class ClassLoaders {
  private ClassLoaders() {}

  /** Returns the class loader of a context; the one of this library if it has none. */
  static ClassLoader of(ResourceLoader context) {
    ClassLoader loader = context.getClassLoader();
    return loader == null ? ClassLoaders.class.getClassLoader() : loader;
  }
}
