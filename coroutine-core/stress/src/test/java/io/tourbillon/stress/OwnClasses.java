package io.tourbillon.stress;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A class loader that defines classes of ours anew, and may change them. */
public abstract class OwnClasses extends ClassLoader {
  private static final String OURS = "io.tourbillon.";

  /** Takes all other classes from this loader. */
  protected OwnClasses(@Nullable ClassLoader parent) {
    super(parent);
  }

  /** Whether a class of ours is that of the parent. */
  protected abstract boolean isShared(String name);

  /** Returns what a class is defined by. */
  protected abstract byte[] changed(String name, byte[] bytes);

  @Override
  protected final Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS) || isShared(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes;
    try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      bytes = file.readAllBytes();
    } catch (IOException failure) {
      throw new ClassNotFoundException(name, failure);
    }
    byte[] defined = changed(name, bytes);
    return defineClass(name, defined, 0, defined.length);
  }
}
