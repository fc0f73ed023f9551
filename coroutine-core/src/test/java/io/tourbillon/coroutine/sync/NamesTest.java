package io.tourbillon.coroutine.sync;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Code imports all of this package and all of the JDK's for concurrency, and names both. */
class NamesTest {
  private static final List<String> NEIGHBOURS =
      List.of(
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "java.util.concurrent.locks",
          "io.tourbillon.timer");

  @Test
  void names_areThoseOfNothingElseThatIsImportedOnDemand() {
    List<JavaClass> ours =
        new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests()))
            .importPackages(Mutex.class.getPackageName()).stream()
                .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(JavaClass::isTopLevelClass)
                .toList();
    assertFalse(ours.isEmpty());
    for (JavaClass each : ours) {
      for (String neighbour : NEIGHBOURS) {
        assertThrows(
            ClassNotFoundException.class,
            () -> Class.forName(neighbour + "." + each.getSimpleName()));
      }
    }
  }
}
