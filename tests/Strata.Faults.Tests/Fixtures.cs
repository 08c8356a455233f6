using Strata.Testing;

[assembly: AssemblyFixture(typeof(Servers))]
