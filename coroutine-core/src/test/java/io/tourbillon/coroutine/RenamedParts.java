package io.tourbillon.coroutine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.Set;
import java.util.TreeSet;

/**
 * Loads our classes again, as if one part of the JDK had another name in this version: a class that
 * looks the part up by its name looks for another name, and what it is linked to is not found.
 */
public final class RenamedParts extends ClassLoader {
  /** What is behind the names of parts that are absent. */
  static final String ABSENT = "OfAnotherJdk";

  private static final String OURS = "io.tourbillon.";

  /** Names that are no parts. */
  private static final Set<String> PUBLIC = Set.of("java.lang", "java.lang.Object");

  private static final String INTERNALS = "jdk/internal/";

  private final String inClass;
  private final String part;

  /**
   * @param inClass the binary name of the class that needs the part; another name changes nothing
   * @param part the name of a class, method or field
   */
  public RenamedParts(String inClass, String part) {
    super(RenamedParts.class.getClassLoader());
    this.inClass = inClass;
    this.part = part;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.equals(part) && name.startsWith(INTERNALS.replace('/', '.'))) {
      throw new ClassNotFoundException(name);
    }
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = bytes(name);
    byte[] defined = name.equals(inClass) ? renamed(bytes) : bytes;
    return defineClass(name, defined, 0, defined.length);
  }

  private static byte[] bytes(String name) throws ClassNotFoundException {
    try (InputStream file =
        RenamedParts.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      return file.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private byte[] renamed(byte[] bytes) {
    ClassFile format = ClassFile.of();
    CodeTransform lookups =
        (code, element) -> {
          if (element instanceof ConstantInstruction constant
              && constant.constantValue().equals(part)) {
            code.loadConstant(part + ABSENT);
          } else if (element instanceof InvokeInstruction call
              && isOfInternals(call)
              && call.name().equalsString(part)) {
            code.invoke(
                call.opcode(),
                call.owner().asSymbol(),
                part + ABSENT,
                call.typeSymbol(),
                call.isInterface());
          } else {
            code.with(element);
          }
        };
    return format.transformClass(
        format.parse(bytes), ClassTransform.transformingMethodBodies(lookups));
  }

  private static boolean isOfInternals(InvokeInstruction call) {
    // The reasons of the JDK only make messages.
    String owner = call.owner().asInternalName();
    return owner.startsWith(INTERNALS) && !owner.endsWith("$Pinned");
  }

  /** The names that a class looks up or is linked to: each may be absent in another version. */
  static Set<String> partsOf(String className) throws ClassNotFoundException {
    ClassModel model = ClassFile.of().parse(bytes(className));
    Set<String> parts = new TreeSet<>();
    String parent = model.superclass().map(ClassEntry::asInternalName).orElse("");
    boolean isLinked = parent.startsWith(INTERNALS);
    if (isLinked) {
      parts.add(parent.replace('/', '.'));
    }
    for (MethodModel method : model.methods()) {
      method.code().ifPresent(code -> code.forEach(element -> collect(element, !isLinked, parts)));
    }
    return parts;
  }

  private static void collect(CodeElement element, boolean byName, Set<String> parts) {
    if (byName
        && element instanceof ConstantInstruction.LoadConstantInstruction constant
        && constant.constantEntry() instanceof StringEntry text
        && text.stringValue().matches("[A-Za-z][A-Za-z0-9.$]+")
        && !PUBLIC.contains(text.stringValue())) {
      parts.add(text.stringValue());
    } else if (element instanceof InvokeInstruction call
        && isOfInternals(call)
        && !call.name().equalsString("<init>")) {
      parts.add(call.name().stringValue());
    }
  }
}
