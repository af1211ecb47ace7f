package annotated

//structpack:!H // want `a format in quotes goes after structpack:`

type Quoted uint16
